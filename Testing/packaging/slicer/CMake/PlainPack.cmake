# Stands in for SlicerExtensionCPack: an archive of what is installed.
set(CPACK_GENERATOR TGZ)
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_PACKAGE_FILE_NAME "${EXTENSION_NAME}")
include(CPack)
