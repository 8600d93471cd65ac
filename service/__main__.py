"""`python -m service` is `intouch`."""

from service.cli import main

if __name__ == "__main__":
    main()
