package dev.residua.cli.data;

import dev.residua.cli.console.SizeConverter;
import dev.residua.frame.ImageShape;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options for the data set that a command makes. */
final class NewDataset {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  Path out;

  @Option(
      names = "--size",
      paramLabel = "WxH[xC]",
      defaultValue = "64x64x3",
      converter = SizeConverter.class,
      description = "Size of every frame in pixels, and its channels: 3 for colour, 1 for gray.")
  ImageShape size;

  @Option(names = "--force", description = "Replace a data set that is already in DIR.")
  boolean force;
}
