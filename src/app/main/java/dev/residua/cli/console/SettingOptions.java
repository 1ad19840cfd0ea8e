package dev.residua.cli.console;

import dev.residua.source.SettingTable.Field;
import dev.residua.source.SourceRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options for settings of a rule, one per setting. */
public final class SettingOptions {
  private final List<Field<?>> settings;
  private final Map<String, @Nullable Object> given = new LinkedHashMap<>();

  public SettingOptions(List<Field<?>> settings) {
    this.settings = settings;
  }

  /** Adds the options to a command. */
  public void addTo(CommandSpec command) {
    settings.forEach(setting -> command.addOption(option(setting)));
  }

  /** Returns the settings that the command line has, by name. */
  public Map<String, @Nullable Object> given() {
    return new LinkedHashMap<>(given);
  }

  /**
   * Returns the defaults of a rule with the settings that the command line has.
   *
   * @throws CommandFailedException if a value is invalid
   */
  public SourceRule rule() {
    try {
      return SourceRule.SETTINGS.apply(SourceRule.DEFAULTS, given);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private OptionSpec option(Field<?> setting) {
    boolean map = setting.type().json().equals("object");
    OptionSpec.Builder option =
        OptionSpec.builder(name(setting.name(), map))
            .paramLabel(setting.type().label())
            .description(description(setting, map))
            .showDefaultValue(Help.Visibility.NEVER)
            .hasInitialValue(false);
    if (map) {
      option.type(Map.class).auxiliaryTypes(String.class, String.class);
    } else {
      option.type(String.class);
    }
    return option
        .getter(
            new picocli.CommandLine.Model.IGetter() {
              @Override
              @SuppressWarnings("unchecked") // as picocli asks for it
              public <T> @Nullable T get() {
                return (T) given.get(setting.name());
              }
            })
        .setter(
            new picocli.CommandLine.Model.ISetter() {
              @Override
              @SuppressWarnings("unchecked") // as picocli asks for it
              public <T> @Nullable T set(@Nullable T value) {
                return (T)
                    (value == null
                        ? given.remove(setting.name())
                        : given.put(setting.name(), value));
              }
            })
        .build();
  }

  /** Returns {@code --silent-after} for {@code silentAfter}; a map is given entry by entry. */
  private static String name(String setting, boolean map) {
    String words = setting.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return "--" + (map ? words.substring(0, words.length() - 1) : words);
  }

  private static String description(Field<?> setting, boolean map) {
    String effect = setting.effect();
    return Character.toUpperCase(effect.charAt(0))
        + effect.substring(1).replace("%", "%%")
        + (map ? ". Repeat for several; replaces all." : ".");
  }
}
