"""Modules that a program needs, and the Debian packages that have them."""

import importlib
import sys

MISSING = 3  # exit code


def require(needed):
    """Ends with the packages to install where a module is missing.

    needed: packages, separated by blanks, by module.
    """
    packages = [package for module, package in needed.items() if not _found(module)]
    if packages:
        missing(" ".join(packages))


def missing(packages):
    """Ends with packages to install."""
    print("apt-get install -y --no-install-recommends " + packages, file=sys.stderr)
    sys.exit(MISSING)


def _found(module):
    try:
        importlib.import_module(module)
        return True
    except ImportError:
        return False
