package qubes.itest;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bundle that a test has bnd build of its own classes, as the author of a plugin would. */
public final class BuiltBundle {
    private final String name;
    private final Builder builder = new Builder();

    private BuiltBundle(String name) {
        this.name = name;
        builder.setBundleSymbolicName(name);
        builder.setProperty("-noimportjava", "true");
        builder.setProperty("-resourceonly", "true");
        builder.setProperty("Import-Package", "!org.jspecify.annotations, *");
    }

    /** A bundle with that symbolic name, still empty. */
    public static BuiltBundle named(String name) {
        return new BuiltBundle(name);
    }

    /** Adds a header or an instruction of bnd's. */
    public BuiltBundle with(String header, String value) {
        builder.setProperty(header, value);
        return this;
    }

    /** Builds {@code NAME.jar} in {@code folder}. Blocks. */
    public Path in(Path folder) throws Exception {
        Path file = folder.resolve(name + ".jar");
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.exists(Path.of(entry))) {
                builder.addClasspath(new File(entry));
            }
        }
        try (builder;
                Jar jar = builder.build()) {
            if (!builder.isOk()) {
                throw new IllegalStateException("bnd refuses " + name + ": " + builder.getErrors());
            }
            jar.write(file.toFile());
        }
        return file;
    }
}
