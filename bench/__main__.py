"""`python -m bench`: everything that is measured, one after the other."""

from bench import console, doors, intake, mail, mime, quiet, reports, simulation

if __name__ == "__main__":
    intake.main()
    doors.main()
    quiet.main()
    simulation.main()
    mime.main()
    mail.main()
    reports.main()
    console.main()
