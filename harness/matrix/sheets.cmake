# What fills the sheets of the record.
pickleproof_library(pickleproof_sheets
  SOURCES requirements_sheet.cc table_sheet.cc
  DEPS pickleproof_record pickleproof_picklability pickleproof_requirements)
pickleproof_test(sheets_test LABEL unit
  SOURCES requirements_sheet_test.cc table_sheet_test.cc
  DEPS pickleproof_sheets)
