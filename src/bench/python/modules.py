"""Modules that a program needs, and the Debian packages that have them."""

import importlib
import sys

MISSING = 3  # exit code


def require(needed):
    """Ends with the packages to install where a module is missing.

    needed: packages, separated by blanks, by module.
    """
    missing = [package for module, package in needed.items() if not _found(module)]
    if missing:
        print("apt-get install -y --no-install-recommends " + " ".join(missing), file=sys.stderr)
        sys.exit(MISSING)


def _found(module):
    try:
        importlib.import_module(module)
        return True
    except ImportError:
        return False
