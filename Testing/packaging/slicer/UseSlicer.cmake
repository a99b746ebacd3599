# What an extension gets from include(${Slicer_USE_FILE}), as far as a scripted module needs it.

set(EXTENSION_NAME "${PROJECT_NAME}")
set(EXTENSION_LICENSE_FILE "${CMAKE_SOURCE_DIR}/LICENSE.txt")
set(EXTENSION_README_FILE "${CMAKE_SOURCE_DIR}/README.md")
set(EXTENSION_SOURCE_DIR "${CMAKE_SOURCE_DIR}")
set(EXTENSION_SUPERBUILD_BINARY_DIR "${CMAKE_BINARY_DIR}")
set(EXTENSION_BUILD_SUBDIRECTORY ".")
set(EXTENSION_ENABLED 1)
set(EXTENSION_OPERATING_SYSTEM "${Slicer_OS}")
set(EXTENSION_ARCHITECTURE "${Slicer_ARCHITECTURE}")

include(CTest)
include(ExternalData)

# CTK's: copy every script and resource as it is called, install the folder. Byte-compilation is left out.
macro(ctkMacroCompilePythonScript)
  cmake_parse_arguments(CTK "NO_INSTALL_SUBDIR;GLOBAL_TARGET" "TARGET_NAME;DESTINATION_DIR;INSTALL_DIR"
    "SCRIPTS;RESOURCES" ${ARGN})
  set(copied)
  foreach(file ${CTK_SCRIPTS} ${CTK_RESOURCES})
    add_custom_command(OUTPUT "${CTK_DESTINATION_DIR}/${file}" DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
      COMMAND ${CMAKE_COMMAND} -E copy "${CMAKE_CURRENT_SOURCE_DIR}/${file}" "${CTK_DESTINATION_DIR}/${file}")
    list(APPEND copied "${CTK_DESTINATION_DIR}/${file}")
  endforeach()
  add_custom_target(${CTK_TARGET_NAME} ALL DEPENDS ${copied})
  install(DIRECTORY "${CTK_DESTINATION_DIR}/" DESTINATION "${CTK_INSTALL_DIR}" COMPONENT RuntimeLibraries)
endmacro()

if(SLICER_SOURCE_DIR)
  include(SlicerInitializeBuildType)
  include(UseSlicerMacros)
  include(SlicerMacroBuildScriptedModule)
  include(SlicerMacroPythonTesting)
  include(SlicerMacroConfigureGenericPythonModuleTests)
  include(SlicerExtensionDescriptionSpec)
  foreach(name IN LISTS Slicer_EXT_OPTIONAL_METADATA_NAMES)
    if(NOT DEFINED EXTENSION_${name})
      set(EXTENSION_${name} "${Slicer_EXT_METADATA_${name}_DEFAULT}")
    endif()
  endforeach()
else()
  include(Plain)
endif()
