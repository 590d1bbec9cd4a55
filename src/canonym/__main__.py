"""`python -m canonym`: the command line."""

from canonym.cli import main

if __name__ == "__main__":
    main()
