"""`python -m odtui` is `odtui`."""

import sys

from odtui.cli import main

if __name__ == "__main__":
    sys.exit(main())
