package dev.residua.dashboard;

import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writer of rules from HTTP; closed until the dashboard role starts. */
@ApplicationScoped
public class RuleCommandWriter {
  private volatile Supplier<SourceRules> rules = () -> SourceRules.EMPTY;
  private volatile @Nullable Writer writer;

  @FunctionalInterface
  public interface Writer {
    /**
     * Writes a change of the newest rules.
     *
     * @return the written rules with their revisions
     * @throws IOException with a sentence, if it cannot be stored now
     */
    List<SourceRule> write(Function<SourceRules, List<SourceRule>> decision) throws IOException;
  }

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
