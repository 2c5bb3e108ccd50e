"""The people of the demo: who they are to Alex, how they write, and how long ago they last did."""

from dataclasses import dataclass

from kith.demo.post import Client

PLAIN, APPLE, GMAIL = Client.PLAIN, Client.APPLE, Client.GMAIL
OUTLOOK, FRENCH, GERMAN = Client.OUTLOOK, Client.FRENCH, Client.GERMAN


@dataclass(frozen=True, slots=True)
class Role:
    """One person of the cast.

    last is the age of the latest mail exchanged with them in days (None: never a mail), pace the
    usual days between two conversations, hours their offset from UTC. greeting and signature are the
    habits of their letters; born is (month, day) or "soon". work: they write to the owner's address at
    work. called: what Alex calls them, where it is not the first word of the name.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    circle: str
    last: int | None
    pace: int
    hours: int = 1
    client: Client = PLAIN
    greeting: str = "Hi Alex,"
    signature: str = ""
    tags: tuple[str, ...] = ()
    about: str = ""
    born: tuple[int, int] | str = ""
    language: str = "en"
    work: bool = False
    called: str = ""


CAST = (
    # family: every three weeks
    Role("camille", "Camille Moreau", ("camille.moreau@example.org",), "family", 6, 17, 1, FRENCH, "Coucou,", "Cam",
         about="my sister, in Lyon", born="soon", language="fr"),
    Role("francoise", "Françoise Moreau", ("francoise.moreau@example.net",), "family", 3, 15, 1, FRENCH, "Mon chéri,",
         "Maman", about="my mother", born=(2, 17), language="fr"),
    Role("gerard", "Gérard Moreau", ("gerard@atelier-moreau.example",), "family", 30, 19, 1, FRENCH, "Salut,", "Papa",
         about="my father; the workshop in Annecy", born=(7, 2), language="fr"),
    Role("lucien", "Lucien Moreau", ("lucien.moreau@example.net",), "family", 17, 34, 1, FRENCH, "Cher petit,",
         "Ton grand-père", about="my grandfather, 91, types with one finger", born=(3, 30), language="fr"),
    Role("theo", "Théo Garnier", ("theo@garnier.example",), "family", 12, 26, 2, GMAIL, "Alex,", "T.",
         about="cousin; the one who sails", born=(9, 11)),
    # friends: every two months
    Role("maria", "Maria Tavares", ("maria.tavares@example.org",), "friends", 96, 39, 0, GMAIL, "Alex!", "Maria",
         ("lisbon",), "shared the flat in rue Oberkampf for three years", (5, 23)),
    Role("tomasz", "Tomasz Wiśniewski", ("tomasz@example.net", "t.wisniewski@polsund.example"), "friends", 20, 33, 1,
         PLAIN, "Hej Alex,", "Tomek", ("climbing",), "climbing partner", (10, 8)),
    Role("aoife", "Aoife Brennan", ("aoife@brennan.example",), "friends", 150, 47, 0, APPLE, "Alex,", "Aoife x", (),
         "flatmate in Dublin; tells the truth even when it is inconvenient", (4, 12)),
    Role("kwame", "Kwame Asante", ("kwame.asante@example.com",), "friends", 9, 30, 0, GMAIL, "Bro,", "Kwame",
         ("running",), "runs at six in the morning and is cheerful about it", (8, 19)),
    Role("haruka", "Haruka Nishimura", ("haruka@nishimura.example",), "friends", 133, 52, 9, PLAIN, "Dear Alex,",
         "Haruka", (), "letterpress printer in Kyoto", (11, 3)),
    Role("elif", "Elif Karaca", ("elif.karaca@example.org",), "friends", 41, 36, 3, GMAIL, "Alexcim,", "Elif", (),
         "translator; we swap books", (1, 28)),
    Role("mateus", "Mateus Carvalho", ("mateus@carvalho.example",), "friends", 25, 38, -3, APPLE, "E aí,", "Mateus",
         ("music",), "plays the bass, owes me a record", (6, 14)),
    Role("ingrid", "Ingrid Solheim", ("ingrid.solheim@example.net",), "friends", 75, 44, 1, PLAIN, "Hei Alex,",
         "Ingrid", ("climbing",), "the cabin above Voss", (12, 21)),
    Role("noor", "Noor Haddad", ("noor@haddad.example",), "friends", 33, 35, 2, GMAIL, "Habibi,", "Noor", ("food",),
         "cooks as if the whole street were coming", (3, 9)),
    Role("ben", "Ben Hartley", ("ben.hartley@example.com",), "friends", 15, 24, 0, OUTLOOK, "Morning,", "Ben",
         ("running",), "marathon training, bad puns", (2, 2)),
    Role("giulia", "Giulia Ferraro", ("giulia.ferraro@example.org",), "friends", 52, 46, 1, APPLE, "Ciao Alex,",
         "Giulia", (), "architect in Turin; godmother of the cat", (9, 30), "it"),
    Role("yusuf", "Yusuf Demirci", ("yusuf@demirci.example",), "friends", 110, 50, 1, GMAIL, "Selam Alex,", "Yusuf",
         ("food",), "opened a bakery in Neukölln", (7, 25)),
    Role("zanele", "Zanele Dube", ("zanele.dube@example.net",), "friends", 4, 21, 2, APPLE, "Alex my dear,", "Z",
         ("music",), "choir; reads everything", (10, 17)),
    Role("bob", "Bob Whitfield", ("bob@whitfield.example",), "friends", 68, 55, -5, OUTLOOK, "Alex -", "Bob", (),
         "first landlord, then friend", (6, 30)),
    Role("hoa", "Nguyễn Thị Hoa", ("hoa.nguyen@example.org",), "friends", 28, 37, 7, GMAIL, "Hello Alex,", "Hoa", (),
         "photographer; we met on the night train to Huế", (4, 4), called="Hoa"),
    # mentors: every six weeks, two weeks of grace
    Role("priya", "Priya Raghunathan", ("priya@raghunathan.example",), "mentors", 6, 43, 0, APPLE, "Dear Alex,",
         "Priya", (), "first boss; asks the question nobody else asks", (11, 29)),
    Role("miriam", "Miriam Goldfarb", ("m.goldfarb@cs.uni-example.example",), "mentors", 88, 48, 1, PLAIN,
         "Dear Alex,", "Miriam", ("thesis",), "thesis supervisor", (1, 6)),
    Role("desmond", "Desmond Clarke", ("desmond.clarke@example.com",), "mentors", None, 0, 0,
         about="ran the lab before Miriam; I keep meaning to write"),
    Role("anneliese", "Anneliese Vogt", ("vogt@buchbinderei-vogt.example",), "mentors", 20, 40, 1, GERMAN,
         "Lieber Alex,", "Anneliese Vogt", (), "taught me bookbinding, and patience", (5, 1), "de"),
    Role("olumide", "Olumide Adeyemi", ("olumide.adeyemi@example.net",), "mentors", 45, 45, 1, OUTLOOK, "Alex,",
         "Olu", (), "reads my talks before anybody hears them", (8, 8)),
    # colleagues: every three months
    Role("ravi", "Ravi Menon", ("ravi.menon@work.example",), "colleagues", 7, 20, 1, OUTLOOK, "Hey Alex,", "Ravi",
         about="same team, other floor", work=True),
    Role("soren", "Søren Kjeldsen", ("soren@kjeldsen.example",), "colleagues", 60, 58, 1, PLAIN, "Hej Alex,", "Søren",
         about="the harbour project", work=True),
    Role("oksana", "Oksana Hrytsenko", ("oksana.hrytsenko@example.com",), "colleagues", 120, 62, 2, GMAIL, "Alex,",
         "Oksana", about="left for the hospital start-up last year"),
    Role("pierre", "Pierre-Antoine Leclerc", ("pa.leclerc@work.example",), "colleagues", 14, 31, 1, OUTLOOK,
         "Bonjour Alex,", "Pierre-Antoine", about="accounts; knows every rule and its reason", language="fr",
         work=True),
    Role("minjun", "Park Min-jun", ("minjun.park@example.org",), "colleagues", 35, 53, 9, GMAIL, "Hi Alex,", "Min-jun",
         about="built the first prototype with me", called="Min-jun"),
    Role("tove", "Tove Lindqvist", ("tove.lindqvist@example.net",), "colleagues", 80, 66, 1, APPLE, "Hi Alex,", "Tove",
         about="draws everything on paper first"),
    Role("farah", "Farah Khalil", ("farah.khalil@work.example",), "colleagues", 10, 27, 1, OUTLOOK, "Hi Alex,",
         "Farah", about="shares the desk by the window", work=True),
    Role("rafael", "Rafael Ortega", ("rafael.ortega@example.com",), "colleagues", 55, 60, 1, GMAIL, "Hola Alex,",
         "Rafa", about="the Madrid office", language="es", work=True),
    # alumni: every six months
    Role("hannah", "Hannah Okafor", ("hannah@okafor.example",), "alumni", 170, 120, 0, APPLE, "Alex,", "Hannah",
         about="sat next to me in every exam"),
    Role("dmitri", "Dmitri Sokolov", ("dmitri.sokolov@example.org",), "alumni", 260, 140, 1, PLAIN, "Alex, hello,",
         "Dima", about="the number theorist; now teaches at a lycée"),
    Role("lucia", "Lucía Fernández", ("lucia@fernandez.example",), "alumni", 90, 110, 1, GMAIL, "Querido Alex,",
         "Lucía", about="exchange year in Salamanca", language="es"),
    Role("siobhan", "Siobhán Daly", ("siobhan.daly@example.com",), "alumni", 40, 95, 0, GMAIL, "Alex,", "Shiv",
         about="debating society; now a barrister"),
    Role("jack", "Jack Thornbury", ("jack.thornbury@example.net",), "alumni", 140, 130, -8, OUTLOOK, "Hey man,",
         "Jack", about="went to California and means to come back"),
    Role("ewa", "Ewa Kowalczyk", ("ewa@kowalczyk.example",), "alumni", 30, 100, 1, PLAIN, "Cześć Alex,", "Ewa",
         about="organises the reunion", language="pl"),
    Role("tamar", "Tamar Abashidze", ("tamar.abashidze@example.org",), "alumni", 200, 125, 4, GMAIL, "Dear Alex,",
         "Tamar", about="biochemist; the summer in Tbilisi"),
)  # fmt: skip
