pickleproof_library(pickleproof_table_sheet
  SOURCES table_sheet.cc
  DEPS pickleproof_record pickleproof_picklability)
pickleproof_test(table_sheet_test LABEL unit
  SOURCES table_sheet_test.cc
  DEPS pickleproof_table_sheet)
