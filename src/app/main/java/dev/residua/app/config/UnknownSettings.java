package dev.residua.app.config;

import dev.residua.source.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds names of settings that nothing reads, and the names that were probably meant. */
public final class UnknownSettings {
  private static final String PROPERTY = "residua.";
  private static final String VARIABLE = "RESIDUA_";
  private static final String ANY = "*";

  private final Collection<String> names;
  private final Collection<String> otherVariables;
  private final Collection<String> clientKeys;
  private final List<Pattern> properties;
  private final List<Pattern> variables;

  /**
   * @param names of all properties; a part {@code *} is for the user to choose
   * @param otherVariables environment variables that no property has
   * @param clientKeys Kafka's own keys of settings of clients
   */
  public UnknownSettings(
      Collection<String> names, Collection<String> otherVariables, Collection<String> clientKeys) {
    this.names = names.stream().filter(name -> !name.endsWith("[*]")).toList();
    this.otherVariables = otherVariables;
    this.clientKeys = clientKeys;
    this.properties = names.stream().map(name -> pattern(name, "(\"[^\"]+\"|[^.]+)")).toList();
    this.variables = names.stream().map(name -> pattern(variable(name), "[A-Z0-9_]+")).toList();
  }

  /**
   * A name that nothing reads.
   *
   * @param meant the name that it is nearest to, if one is near
   */
  public record Unknown(String name, Optional<String> meant) {
    /**
     * The problem and, after a semicolon, what to do.
     *
     * @param consequence such as {@code has no effect}
     */
    public String message(String consequence) {
      return "%s is not a setting and %s; %s"
          .formatted(
              name,
              consequence,
              meant
                  .map("did you mean %s?"::formatted)
                  .orElse("remove it, or look its name up in src/docs/configuration.md"));
    }
  }

  /** The unknown ones among properties, such as those of a file; {@code %prod.} may precede one. */
  public List<Unknown> properties(Set<String> given) {
    List<Unknown> unknown = new ArrayList<>();
    for (String full : given.stream().sorted().toList()) {
      String name = full.replaceFirst("^%[^.]+\\.", "").replaceAll("\\[\\d+]$", "");
      if (name.startsWith(PROPERTY)) {
        if (properties.stream().noneMatch(pattern -> pattern.matcher(name).matches())) {
          unknown.add(new Unknown(full, nearest(name)));
        }
      } else if (name.startsWith("kafka.")) {
        String key = name.substring("kafka.".length());
        if (!clientKeys.contains(key)) {
          // A plug-in may have any key of its own.
          NearestName.of(key, clientKeys)
              .ifPresent(near -> unknown.add(new Unknown(full, Optional.of("kafka." + near))));
        }
      }
    }
    return unknown;
  }

  /** The unknown ones among environment variables; those of other programs are left out. */
  public List<Unknown> variables(Set<String> given) {
    List<Unknown> unknown = new ArrayList<>();
    for (String name : given.stream().sorted().toList()) {
      if (name.startsWith(VARIABLE)
          && !otherVariables.contains(name)
          && variables.stream().noneMatch(pattern -> pattern.matcher(name).matches())) {
        List<String> known =
            names.stream().map(one -> like(variable(one), name, "_")).collect(Collectors.toList());
        known.addAll(otherVariables);
        unknown.add(new Unknown(name, closest(name, known, VARIABLE)));
      }
    }
    return unknown;
  }

  /** Of names in the same group the last parts are compared, otherwise the whole. */
  private Optional<String> nearest(String name) {
    List<String> known =
        names.stream()
            .filter(one -> !one.endsWith("." + ANY)) // any name is near to itself
            .map(one -> like(one, name, "\\."))
            .filter(one -> !one.contains(ANY))
            .toList();
    String group = name.substring(0, name.lastIndexOf('.') + 1);
    List<String> same =
        known.stream()
            .filter(one -> one.startsWith(group) && one.indexOf('.', group.length()) < 0)
            .toList();
    Optional<String> inGroup = closest(name, same, group);
    return inGroup.isPresent() ? inGroup : closest(name, known, PROPERTY);
  }

  private static Optional<String> closest(String name, List<String> known, String start) {
    return NearestName.of(
            name.substring(start.length()),
            known.stream()
                .filter(one -> one.startsWith(start))
                .map(one -> one.substring(start.length()))
                .toList())
        .map(near -> start + near);
  }

  /** A known name with the parts of another in place of those that are for the user to choose. */
  private static String like(String known, String name, String separator) {
    if (!known.contains(ANY)) {
      return known;
    }
    String[] own = name.split(separator, -1);
    String[] parts = known.split(separator, -1);
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].equals(ANY) && i < own.length) {
        parts[i] = own[i];
      }
    }
    return Arrays.stream(parts).collect(Collectors.joining(separator.replace("\\", "")));
  }

  private static String variable(String property) {
    return property.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
  }

  private static Pattern pattern(String name, String any) {
    return Pattern.compile(
        Arrays.stream(name.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(any)));
  }
}
