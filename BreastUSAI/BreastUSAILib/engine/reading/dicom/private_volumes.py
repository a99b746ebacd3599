"""3-D ultrasound that vendors store in a form of their own, with frames that look like those of a cine."""

from __future__ import annotations

from pydicom.dataset import Dataset

_PHILIPS_CARTESIAN = "1.2.840.113543.6.6.1.3.10002"
_PHILIPS_SLICES, _PHILIPS_GROUP, _EIGEN_GROUP = 0x30011001, 0x200D, 0x1129
_VOXEL_SPACING = 0x03


def private_volume(dataset: Dataset, sop_class: str) -> str | None:
    """The vendor and kind of a volume in private elements, or None.

    Philips: the Cartesian export of QLAB, by its class or its number of slices (3001,1001), and volumes of Affiniti
    and EPIQ, by the voxel spacing (200d,xx03) of a block "Philips US Imaging DD 036". Eigen: Artemis, by manufacturer
    and model.
    """
    if sop_class == _PHILIPS_CARTESIAN or _PHILIPS_SLICES in dataset:
        return "Philips Cartesian"
    for block in range(0x10, 0x100):
        creator = dataset.get((_PHILIPS_GROUP, block))
        named = creator is not None and str(creator.value).strip().startswith("Philips US Imaging DD 036")
        if named and (_PHILIPS_GROUP, block << 8 | _VOXEL_SPACING) in dataset:
            return "Philips"
    maker, model = (str(dataset.get(name) or "").strip().lower() for name in ("Manufacturer", "ManufacturerModelName"))
    if maker.startswith("eigen") and model == "artemis":
        return "Eigen Artemis"
    return None
