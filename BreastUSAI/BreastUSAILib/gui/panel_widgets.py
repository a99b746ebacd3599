"""The widgets of the panel by their names in `Resources/UI/BreastUSAI.ui`, for annotations and type checkers alone.

`slicer.util.childWidgetVariables` gives an object with these attributes. `Testing/gui/list_widgets.py` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctk
    import qt
    import slicer


class PanelWidgets:
    """Every widget of the panel."""

    BreastUSAI: slicer.qMRMLWidget
    inputSection: ctk.ctkCollapsibleButton
    inputBody: qt.QFrame
    inputVolumeSelector: slicer.qMRMLNodeComboBox
    recognizedLabel: qt.QLabel
    layoutFitsImageCheckBox: qt.QCheckBox
    framesFrame: qt.QFrame
    framesLabel: qt.QLabel
    framesComboBox: qt.QComboBox
    everyNthLabel: qt.QLabel
    everyNthSpinBox: qt.QSpinBox
    slicesFrame: qt.QFrame
    treatAsSlicesCheckBox: qt.QCheckBox
    sliceSpacingLabel: qt.QLabel
    sliceSpacingSpinBox: qt.QDoubleSpinBox
    calibrationFrame: qt.QFrame
    calibrationLabel: qt.QLabel
    calibrateButton: qt.QPushButton
    calibrationLengthSpinBox: qt.QDoubleSpinBox
    typedSpacingLabel: qt.QLabel
    typedSpacingSpinBox: qt.QDoubleSpinBox
    removeCalibrationButton: qt.QPushButton
    prevalenceFrame: qt.QFrame
    prevalenceLabel: qt.QLabel
    prevalenceSpinBox: qt.QDoubleSpinBox
    otherImageFrame: qt.QFrame
    otherImageLabel: qt.QLabel
    showImageButton: qt.QPushButton
    analyzeSection: qt.QFrame
    analyzeButton: qt.QPushButton
    keepFormerCheckBox: qt.QCheckBox
    progressBar: qt.QProgressBar
    progressLabel: qt.QLabel
    messageFrame: qt.QFrame
    messageIcon: qt.QLabel
    messageLabel: qt.QLabel
    logButton: qt.QToolButton
    readerSection: ctk.ctkCollapsibleButton
    readerContents: qt.QFrame
    readerFirstCheckBox: qt.QCheckBox
    readerForm: qt.QFrame
    biradsLabel: qt.QLabel
    biradsComboBox: qt.QComboBox
    readerCommentLabel: qt.QLabel
    readerCommentEdit: qt.QPlainTextEdit
    commitAssessmentButton: qt.QPushButton
    readerStateLabel: qt.QLabel
    resultSection: ctk.ctkCollapsibleButton
    resultContents: qt.QFrame
    resultEmptyLabel: qt.QLabel
    resultBody: qt.QFrame
    verdictLabel: qt.QLabel
    researchUseLabel: qt.QLabel
    verdictMeaningLabel: qt.QLabel
    likelihoodLabel: qt.QLabel
    intervalLabel: qt.QLabel
    likelihoodBarFrame: qt.QFrame
    prevalenceAppliedLabel: qt.QLabel
    flagsFrame: qt.QFrame
    probabilitiesLabel: qt.QLabel
    probabilitiesFrame: qt.QFrame
    framePlotLabel: qt.QLabel
    framePlotFrame: qt.QFrame
    keyFrameButton: qt.QPushButton
    lesionsFrame: qt.QFrame
    lesionsLabel: qt.QLabel
    editedLabel: qt.QLabel
    lesionTable: qt.QTableWidget
    lesionNoteLabel: qt.QLabel
    copyLesionsButton: qt.QPushButton
    provenanceLabel: qt.QLabel
    overlaySection: ctk.ctkCollapsibleButton
    overlayContents: qt.QFrame
    showOverlaysCheckBox: qt.QCheckBox
    heatMapOpacityLabel: qt.QLabel
    heatMapOpacitySlider: ctk.ctkSliderWidget
    outlinesLabel: qt.QLabel
    showOutlineCheckBox: qt.QCheckBox
    showFillCheckBox: qt.QCheckBox
    explainMethodLabel: qt.QLabel
    explainMethodComboBox: qt.QComboBox
    explainClassLabel: qt.QLabel
    explainClassComboBox: qt.QComboBox
    explainHintLabel: qt.QLabel
    analyzeAgainButton: qt.QPushButton
    editSection: ctk.ctkCollapsibleButton
    editContents: qt.QFrame
    editHintLabel: qt.QLabel
    editButton: qt.QPushButton
    rescoreButton: qt.QPushButton
    modelsSection: ctk.ctkCollapsibleButton
    modelsBody: qt.QFrame
    modelChoiceFrame: qt.QFrame
    classifierLabel: qt.QLabel
    classifierComboBox: qt.QComboBox
    segmenterLabel: qt.QLabel
    segmenterComboBox: qt.QComboBox
    deviceLabel: qt.QLabel
    deviceComboBox: qt.QComboBox
    deviceUsedLabel: qt.QLabel
    modelsList: qt.QListWidget
    modelButtonsFrame: qt.QFrame
    modelCardButton: qt.QPushButton
    verifyModelButton: qt.QPushButton
    addModelButton: qt.QPushButton
    removeModelButton: qt.QPushButton
    openModelFolderButton: qt.QPushButton
    reloadModelsButton: qt.QPushButton
    modelsMessageLabel: qt.QLabel
    packagesLabel: qt.QLabel
    packagesFrame: qt.QFrame
    installFromFolderButton: qt.QPushButton
    repairButton: qt.QPushButton
