"""Runs ministack for as long as standard input stays open.

The test process holds the other end of that pipe, so ministack, its workers and its files go away with it however it ends,
by a clean stop as by a crash or SIGKILL, which no handler in the test process could see.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading


def keep_files_in(directory: str) -> None:
    """Point everything ministack may write (process id, function code, objects, state) at one directory."""
    tempfile.tempdir = directory
    os.environ.update(
        TMPDIR=directory,
        S3_DATA_DIR=os.path.join(directory, "s3"),
        STATE_DIR=os.path.join(directory, "state"),
    )


def end_with_input(directory: str) -> None:
    """Wait for the end of standard input, then take down the whole process group and its files."""
    while os.read(0, 1024):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    if os.getpgrp() != os.getpid():
        os.setsid()
    directory = tempfile.mkdtemp(prefix="sigfetch-ministack-")
    try:
        keep_files_in(directory)
        threading.Thread(target=end_with_input, args=(directory,), daemon=True).start()
        # Imported here: its modules read the environment as they load.
        from ministack.app import main as run_ministack

        sys.argv = sys.argv[:1]
        run_ministack()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
