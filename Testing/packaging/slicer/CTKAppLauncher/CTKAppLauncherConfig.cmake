# Stands in for CTK's launcher, which starts nothing here.
macro(ctkAppLauncherConfigureForExecutable)
endmacro()
