/** Bundles and pictures in S3 or a compatible server. */
@NullMarked
package dev.residua.s3;

import org.jspecify.annotations.NullMarked;
