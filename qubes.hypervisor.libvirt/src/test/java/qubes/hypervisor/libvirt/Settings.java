package qubes.hypervisor.libvirt;

import java.lang.annotation.Annotation;

/** The component's configuration, written down. */
@SuppressWarnings("BadAnnotationImplementation") // never compared
record Settings(String uri, String accelerator, String templates)
        implements LibvirtHypervisor.Config {
    static Settings of(String uri) {
        return new Settings(uri, "tcg", "");
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return LibvirtHypervisor.Config.class;
    }
}
