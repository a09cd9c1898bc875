package qubes.trust;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operator wants.
 *
 * @param required whether bundles that are no part of the product must be signed
 */
record Settings(boolean required) {
    /** Of the settings, in Configuration Admin and in the file. */
    static final String PID = "qubes.trust";

    private static final Logger log = LoggerFactory.getLogger(Settings.class);
    private static final String REQUIRED = "required";

    /**
     * The configuration if there is one, else what the file says: it is there before anybody reads
     * it into a configuration. A file that cannot be read requires signatures. Blocks.
     */
    static Settings of(@Nullable Dictionary<String, ?> configuration, @Nullable Path file) {
        if (configuration != null) {
            return of(configuration.get(REQUIRED));
        }
        if (file == null || !Files.exists(file)) {
            return new Settings(false);
        }
        Properties lines = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            lines.load(in);
            return of(lines.getProperty(REQUIRED));
        } catch (IOException | IllegalArgumentException e) {
            log.error("Signatures are required, as the settings cannot be read: {}", e.toString());
            return new Settings(true);
        }
    }

    private static Settings of(@Nullable Object required) {
        return new Settings(required != null && "true".equals(required.toString().strip()));
    }
}
