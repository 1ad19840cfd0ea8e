package dev.residua.dashboard;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writer of rules that people change over HTTP; closed until the dashboard role starts. */
@ApplicationScoped
public class RuleCommandWriter {
  private volatile Supplier<SourceRules> rules = () -> SourceRules.EMPTY;
  private volatile @Nullable Writer writer;

  /** Writes rules. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes what follows from the newest rules.
     *
     * @return what was written, with its revisions
     * @throws IOException with a sentence, if it cannot be stored now
     */
    List<SourceRule> write(Function<SourceRules, List<SourceRule>> decision) throws IOException;
  }

  /** From now on rules are shown and written. */
  public void open(Supplier<SourceRules> newRules, Writer newWriter) {
    rules = newRules;
    writer = newWriter;
  }

  public void close() {
    writer = null;
  }

  SourceRules rules() {
    return rules.get();
  }

  List<SourceRule> write(Function<SourceRules, List<SourceRule>> decision) throws IOException {
    Writer open = writer;
    if (open == null) {
      throw new IOException(ControlCommandWriter.CLOSED);
    }
    return open.write(decision);
  }
}
