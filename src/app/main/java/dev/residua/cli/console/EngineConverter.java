package dev.residua.cli.console;

import dev.residua.app.process.ScoringEngine;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the label of one scoring engine. */
public final class EngineConverter implements ITypeConverter<ScoringEngine> {
  @Override
  public ScoringEngine convert(String value) {
    String label = value.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    for (ScoringEngine engine : ScoringEngine.values()) {
      if (engine != ScoringEngine.AUTO && engine.label().equals(label)) {
        return engine;
      }
    }
    throw new TypeConversionException(
        "'%s' is not a scoring engine, expected %s"
            .formatted(
                value,
                Arrays.stream(ScoringEngine.values())
                    .filter(engine -> engine != ScoringEngine.AUTO)
                    .map(ScoringEngine::label)
                    .collect(Collectors.joining(", "))));
  }
}
