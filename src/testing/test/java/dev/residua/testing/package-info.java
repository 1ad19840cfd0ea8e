/** Data builders and fakes that tests of all packages share. */
package dev.residua.testing;
