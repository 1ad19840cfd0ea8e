/** Stores bundles in S3 or a compatible server; implements {@code BundleStore}. */
@NullMarked
package dev.residua.s3;

import org.jspecify.annotations.NullMarked;
