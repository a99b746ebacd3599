"""The stand-in host behaves as Slicer does, where the panel depends on it."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest
import qt
import slicer
import vtk

from BreastUSAILib.gui.parameters import BreastUSAIParameters
from Testing.host.application import delete_now
from Testing.host.qt.layout_items import forget_layout_items
from Testing.host.widgets.mrml_widgets import qMRMLNodeComboBox


def module_called(name: str, code: str) -> ModuleType:
    """A module of that name, as an import would make it."""
    from Testing.host.qt.true_property import _selector

    made = ModuleType(name)
    _selector.find_spec(name)
    exec(compile(code, name, "exec"), made.__dict__)
    return made


def test_properties_are_attributes_in_gui_modules_and_methods_elsewhere(application):
    inside = module_called(
        "BreastUSAILib.gui.made_up", "def look(label):\n    label.text = 'inside'\n    return label.text"
    )
    outside = module_called("somewhere_else", "def look(label):\n    label.setText('outside')\n    return label.text()")
    label = qt.QLabel()

    assert [look(label) for look in (inside.look, outside.look, inside.look, outside.look)] == [
        "inside",
        "outside",
        "inside",
        "outside",
    ]


def test_the_host_outlives_what_uses_up_the_interpreter_s_constants():
    program = (
        "import warnings\n"
        "from Testing.host.application import start\n"
        "start()\n"
        "from PySide6.QtWidgets import QPushButton\n"
        "button = QPushButton()\n"
        "warnings.simplefilter('ignore')\n"
        "for _ in range(5000):\n"
        "    button.clicked.disconnect(print)\n"
        "    button.setEnabled(True)\n"
        "print('alive')\n"
    )
    paths = ":".join(path for path in sys.path if path)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": paths})

    assert run.stdout == "alive\n"


def test_a_getter_that_takes_arguments_stays_a_method(application):
    box = qt.QComboBox()
    box.addItem("Left", "L")

    assert (box.currentData(), box.currentText) == ("L", "Left")


def test_a_wrong_argument_is_answered_with_the_signatures(application):
    with pytest.raises(TypeError, match=r"setBuddy\(arg__1: PySide6\.QtWidgets\.QWidget, /\)"):
        qt.QLabel().setBuddy("nobody")


def test_methods_of_others_keep_their_texts(application):
    assert str.join.__doc__.startswith("Concatenate")


def test_the_host_starts_whatever_was_loaded_before():
    program = (
        "import sys\n"
        "class Refusing:\n"
        "    def __getattr__(self, name):\n"
        "        raise RuntimeError(name)\n"
        "sys.modules['torch.refusing'] = Refusing()\n"
        "from Testing.host.application import start\n"
        "print(start().applicationVersion)\n"
    )
    paths = ":".join(path for path in sys.path if path)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": paths}
    )

    assert run.stdout.startswith("5.12")


def test_a_layout_item_that_outlives_its_layout_is_forgotten(ui):
    ui.lesionsFrame.layout().itemAt(0)
    delete_now(ui.lesionsFrame.window())

    assert forget_layout_items() == 1
    assert forget_layout_items() == 0


@pytest.fixture
def selector(host):
    box = qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.showChildNodeTypes = False
    box.setMRMLScene(host.scene)
    return box


def test_a_node_selector_follows_the_scene(scene, selector):
    told = []
    selector.currentNodeChanged.connect(told.append)
    first = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "First")
    second = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Second")
    scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "In color")
    assert [selector.itemText(index) for index in range(selector.count)] == ["First", "Second"]

    first.SetName("Renamed")
    selector.setCurrentNode(second)
    scene.RemoveNode(second)

    assert [selector.itemText(index) for index in range(selector.count)] == ["Renamed"]
    assert told == [first, second, first]


def test_a_node_selector_may_choose_none(scene, selector):
    selector.noneEnabled = True
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "First")
    assert selector.currentNode() is None

    selector.setCurrentNode(node)
    selector.setCurrentNode(None)

    assert selector.currentNode() is None


@pytest.fixture
def parameters(module):
    return module.BreastUSAILogic().getParameterNode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("frames", "some"), ("everyNth", 0), ("prevalence", 100.0), ("heatMapOpacity", 1.5), ("treatAsSlices", "yes")],
)
def test_a_parameter_refuses_what_it_must_not_be(parameters, name, value):
    before = getattr(parameters, name)

    with pytest.raises((ValueError, TypeError)):
        setattr(parameters, name, value)

    assert getattr(parameters, name) == before


def test_parameters_live_in_the_scene_once(scene, parameters, module):
    parameters.prevalence = 3.5
    parameters.readerComment = "irregular"
    again = module.BreastUSAILogic().getParameterNode()

    assert again.parameterNode is parameters.parameterNode
    assert (again.prevalence, again.readerComment) == (3.5, "irregular")


def test_a_node_that_leaves_the_scene_leaves_its_parameter(scene, parameters):
    node = scene.AddNewNodeByClass("vtkMRMLTableNode")
    changes = []
    parameters.table = node
    parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_event: changes.append(1))
    scene.RemoveNode(node)

    assert parameters.table is None
    assert changes


def test_widget_and_parameter_follow_each_other_until_disconnected(scene, parameters):
    box = qt.QSpinBox()
    box.setProperty("SlicerParameterName", "everyNth")
    tag = parameters.connectGui(SimpleNamespace(box=box))

    parameters.everyNth = 7
    assert box.value == 7
    box.value = 9
    assert parameters.everyNth == 9

    parameters.disconnectGui(tag)
    box.value = 11
    assert parameters.everyNth == 9


def test_a_wrapper_names_its_parameters():
    assert {"inputVolume", "report", "readerAt"} <= set(BreastUSAIParameters.allParameters)


def test_a_closed_scene_empties_the_parameters(scene, module, parameters):
    parameters.prevalence = 3.5
    slicer.mrmlScene.Clear(False)

    assert module.BreastUSAILogic().getParameterNode().prevalence == 0.0
