# A million levels on a small stack: about a second for each shape and test.
pickleproof_test(deep_test LABEL slow TIMEOUT 120 SOURCES deep_test.cc DEPS pickleproof_pickle)
