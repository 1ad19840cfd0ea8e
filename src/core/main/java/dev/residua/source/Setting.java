package dev.residua.source;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one setting of a rule. The parser, the command line, JSON, the pages and the documents
 * take the setting from here; only its Avro schema is written apart.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
  /** The effect, in Markdown. */
  String effect();

  /** Value of a rule without this setting, in Markdown. */
  String unset();

  /** Value that people may write, for the pages. */
  String example() default "";

  /** Smallest value, as people write it; empty for no bound. */
  String min() default "";

  /** Largest value; empty for no bound. */
  String max() default "";
}
