/** The transactional poll, score, produce loop. */
@NullMarked
package dev.residua.scoring;

import org.jspecify.annotations.NullMarked;
