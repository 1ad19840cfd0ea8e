/** Reads video streams, files and devices with FFmpeg, and returns pictures as JPEG files. */
@NullMarked
package dev.residua.ffmpeg;

import org.jspecify.annotations.NullMarked;
