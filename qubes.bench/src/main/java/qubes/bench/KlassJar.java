package qubes.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import qubes.bench.plugin.SampleVM;
import qubes.bench.plugin.SampleVMFactory;

/**
 * A small plugin as a third party's would be: a bundle with one klass, of any name.
 *
 * @param klass the klass's name
 */
record KlassJar(String klass) {
    private static final String DESCRIPTOR =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="%s" init="1">
              <property name="klass" type="String" value="%s"/>
              <service>
                <provide interface="qubes.core.vm.DomainFactory"/>
              </service>
              <implementation class="%s"/>
            </scr:component>
            """;

    /** Where the plugin lies in a folder of plugins. */
    Path in(Path plugins) {
        return plugins.resolve("bench." + klass + ".jar");
    }

    /** Makes the plugin and moves it into a folder of plugins, in one step. */
    void drop(Path plugins) throws IOException {
        Path hidden = plugins.resolve(".bench." + klass);
        try (OutputStream file = Files.newOutputStream(hidden);
                JarOutputStream jar = new JarOutputStream(file, manifest())) {
            entry(
                    jar,
                    "OSGI-INF/factory.xml",
                    DESCRIPTOR
                            .formatted("bench." + klass, klass, SampleVMFactory.class.getName())
                            .getBytes(StandardCharsets.UTF_8));
            for (Class<?> type : List.of(SampleVM.class, SampleVMFactory.class)) {
                String path = type.getName().replace('.', '/') + ".class";
                try (InputStream in = type.getResourceAsStream("/" + path)) {
                    if (in == null) {
                        throw new IOException("no " + path);
                    }
                    entry(jar, path, in.readAllBytes());
                }
            }
        }
        Files.move(hidden, in(plugins), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void entry(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new ZipEntry(name));
        jar.write(content);
        jar.closeEntry();
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "bench." + klass);
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Import-Package", "qubes.core.vm;version=\"[1.0,2)\"");
        main.putValue(
                "Require-Capability",
                "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.5.0))\"");
        main.putValue("Service-Component", "OSGI-INF/factory.xml");
        return manifest;
    }
}
