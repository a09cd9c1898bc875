package qubes.karaf;

import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Domain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A bundle of the shipped set.
 *
 * @param artifact its coordinates
 * @param file the jar
 * @param imports packages it needs
 * @param exports packages it has for others
 */
record SetBundle(Artifact artifact, Path file, Set<String> imports, Set<String> exports) {
    static SetBundle read(Artifact artifact, Path file) throws IOException {
        Domain manifest = Domain.domain(file.toFile());
        if (manifest == null || manifest.getBundleSymbolicName() == null) {
            throw new IOException("Not a bundle: " + file);
        }
        Parameters imported = manifest.getImportPackage();
        imported.values().removeIf(clause -> "optional".equals(clause.get("resolution:")));
        return new SetBundle(
                artifact,
                file,
                Set.copyOf(imported.keySet()),
                Set.copyOf(manifest.getExportPackage().keySet()));
    }

    boolean ours() {
        return artifact.group().equals("org.qubes");
    }
}
