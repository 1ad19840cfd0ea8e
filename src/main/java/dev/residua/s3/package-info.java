/** Keeps bundles in S3 or something that speaks like it; implements {@code BundleStore}. */
@NullMarked
package dev.residua.s3;

import org.jspecify.annotations.NullMarked;
