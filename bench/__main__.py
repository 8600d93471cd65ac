"""`python -m bench`: everything that is measured, one after the other."""

from bench import console, intake, mail, mime, simulation

if __name__ == "__main__":
    intake.main()
    simulation.main()
    mime.main()
    mail.main()
    console.main()
