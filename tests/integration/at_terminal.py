#!/usr/bin/env python3
"""at_terminal.py ANSWER COMMAND [ARGUMENT...]: runs the command at a terminal of its own and types ANSWER when it asks for it ("confirm: ").

Prints what the terminal showed; ends with the command's status. Nothing is typed before the question is there.
"""
import os
import pty
import sys


def main():
    answer, command = sys.argv[1], sys.argv[2:]
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    shown, typed = b"", False
    while True:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if not typed and b"confirm: " in shown:
            os.write(fd, answer.encode() + b"\n")
            typed = True
    sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
