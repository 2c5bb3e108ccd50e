"""The words by which tables of contacts name their columns: English, and the languages that write the day first.

All are in lower case and in plain letters (kith.domain.names.bare), without punctuation. Whole headers are parted
by bars, and single words by blanks.
"""

from typing import Final

from kith.book.roles import Role

# Google, LinkedIn, Outlook, Thunderbird, Monica, Dex, and what people write themselves.
ENGLISH: Final = {
    Role.NAME: "name|full name|fullname|display name|displayname|contact|contact name|person|fn",
    Role.FIRST: "first name|firstname|first|given name|givenname|forename",
    Role.MIDDLE: "middle name|middlename|additional name",
    Role.LAST: "last name|lastname|last|family name|surname",
    Role.ORGANISATION: "organization name|organization 1 name|organization|organisation|company|company name"
    "|associated company",
    Role.POSITION: "position|job|job title|jobtitle|organization title|organization 1 title",
    Role.ADDRESS: "address|addresses",
    Role.CIRCLE: "circle|group",
    Role.TAGS: "tags|tag|groups|categories|category|keywords",
    Role.LABELS: "labels|label|group membership",
    Role.EVERY: "keep in touch|stay in touch",
    Role.BIRTHDAY: "birthday|birth date|birthdate|bday|date of birth|dob|born|born on",
    Role.BIRTH_YEAR: "birth year",
    Role.BIRTH_MONTH: "birth month",
    Role.BIRTH_DAY: "birth day",
    Role.PAUSED: "paused",
    Role.SNOOZED: "snoozed until",
    Role.ABOUT: "about|notes|note|comments|comment|why|description",
}  # fmt: skip

# German, French, Spanish, Italian, Dutch, Portuguese, Danish, Norwegian, Swedish.
DAY_FIRST: Final = {
    Role.NAME: "anzeigename|vollstandiger name|vor und nachname|nom complet|nom et prenom|prenom et nom"
    "|nombre completo|nombre y apellidos|nome completo|nome e cognome|naam|volledige naam|weergavenaam"
    "|navn|fulde navn|fullt navn|visningsnavn|namn|fullstandigt namn|visningsnamn",
    Role.FIRST: "vorname|vornamen|prenom|nombre|nombre de pila|nome|voornaam|fornavn|fornamn",
    Role.MIDDLE: "weitere vornamen|zweiter vorname|deuxieme prenom|segundo nombre|secondo nome|nome do meio"
    "|tussenvoegsel|mellemnavn|mellomnavn|mellannamn",
    Role.LAST: "nachname|familienname|nom|nom de famille|apellido|apellidos|cognome|achternaam|sobrenome|apelido"
    "|apelidos|efternavn|etternavn|efternamn",
    Role.ORGANISATION: "firma|unternehmen|organisation|societe|entreprise|empresa|organizacion|azienda|societa"
    "|bedrijf|organisatie|organizacao|virksomhed|foretag|organisasjon",
    Role.POSITION: "stelle|beruf|poste|fonction|cargo|puesto|posizione|functie|stilling|befattning",
    Role.CIRCLE: "kreis|gruppe|cercle|groupe|circulo|grupo|cerchia|gruppo|kring|groep|kreds|krets|grupp",
    Role.TAGS: "schlagworter|kategorien|kategorie|gruppen|categories|etiquettes|groupes|categorias|etiquetas|grupos"
    "|categorie|etichette|gruppi|categorieen|groepen|kategorier|grupper|etiketter",
    Role.BIRTHDAY: "geburtstag|geburtsdatum|anniversaire|date de naissance|cumpleanos|fecha de nacimiento|compleanno"
    "|data di nascita|verjaardag|geboortedatum|aniversario|data de nascimento|data de aniversario|fodselsdag"
    "|fodselsdato|bursdag|fodelsedag|fodelsedatum",
    Role.BIRTH_YEAR: "geburtsjahr|annee de naissance|ano de nacimiento|anno di nascita|geboortejaar|ano de nascimento"
    "|fodselsar|fodelsear",
    Role.BIRTH_MONTH: "geburtsmonat|mois de naissance|mes de nacimiento|mese di nascita|geboortemaand"
    "|mes de nascimento|fodselsmaned|fodelsemanad",
    Role.BIRTH_DAY: "jour de naissance|dia de nacimiento|giorno di nascita|geboortedag|dia de nascimento",
    Role.ABOUT: "notizen|notiz|bemerkungen|bemerkung|kommentar|kommentare|anmerkungen|remarques|commentaires|notas"
    "|comentarios|observaciones|appunti|commenti|notities|opmerkingen|observacoes|noter|bemaerkninger|notater"
    "|anteckningar",
}  # fmt: skip

# A header that has one of these words, and else only words of the qualifiers below, is of this role.
ENGLISH_WORDS: Final = {
    Role.ADDRESS: "email emails mail mails emailaddress emailaddresses",
    Role.PHONE: "phone phones telephone telephones tel mobile cell cellphone phonenumber",
    Role.EVERY: "every cadence frequency interval often rhythm",
}
DAY_FIRST_WORDS: Final = {
    Role.ADDRESS: "mailadresse mailadressen emailadresse emailadressen courriel courriels messagerie electronique"
    " correo correos electronico electronica elettronica eposta mailadres emailadres emailadressen eletronico"
    " epost epostadresse epostadress epostadresser mejl mejladress mailadress",
    Role.PHONE: "telefon telefonnummer telefonnr mobiltelefon mobilnummer mobil handy handynummer rufnummer portable"
    " telefono telefonos movil celular cellulare telefoon telefoonnummer mobiel gsm telefone telefones telemovel"
    " mobiltelefonnummer",
    Role.EVERY: "haufigkeit rhythmus intervall turnus frequence rythme frecuencia frequenza frequentie frequencia"
    " frekvens hyppighed",
}
QUALIFIERS: Final = {
    Role.ADDRESS: "address addresses adresse adresses adressen adres adresser adress direccion direcciones indirizzo"
    " indirizzi endereco posta correio de di do da del",
    Role.PHONE: "number numbers nr nummer numero numeros no de di do da del",
    Role.EVERY: "keep stay in touch contact reach out follow up followup reminder remind me catch check how to",
}
WHICH: Final = (
    "home work personal private business office primary secondary main other alternate alternative additional preferred"
    " first second third value"
    " privat private privates geschaftlich geschaft dienstlich arbeit buro primare sekundare weitere andere haupt"
    " personnel personnelle professionnel professionnelle domicile bureau travail principal principale autre secondaire"
    " trabajo casa particular oficina laboral otro otra secundario"
    " lavoro ufficio personale altro altra secondario secondaria"
    " prive thuis werk zakelijk overig pessoal trabalho comercial residencial outro"
    " hjem hjemme arbejde arbeid jobb jobbet hem arbete"
)
"""Which of several addresses or numbers it is."""
ASIDE: Final = "contact contacts person the their your my s required optional"
"""What stands beside a header and changes nothing."""
UNITS: Final = {
    Role.EVERY_WEEKS: "weeks week wochen semaines semanas settimane weken uger uker veckor",
    Role.EVERY_MONTHS: "months month monate monaten mois meses mesi maanden maneder manader",
    Role.EVERY: "days day tage tagen jours dias giorni dagen dage dager dagar",
}
"""The unit in which the numbers of a column count; days where none is named."""
DESCRIBES: Final = "label type"
"""The last word of a header that only describes another column."""
