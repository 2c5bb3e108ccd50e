"""Runs one command and prints what it took as JSON: seconds by the clock, seconds of CPU, peak memory in MiB.

A process of its own, because the peak memory of a process begins with that of the one that started it.
"""

import json
import os
import subprocess
import sys
import time

if __name__ == "__main__":
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
    sys.exit(os.waitstatus_to_exitcode(status))
