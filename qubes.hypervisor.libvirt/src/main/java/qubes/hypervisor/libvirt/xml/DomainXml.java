package qubes.hypervisor.libvirt.xml;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestSpec;
import qubes.hypervisor.libvirt.jinja.Jinja;
import qubes.hypervisor.libvirt.jinja.TemplateException;

/**
 * Renders domain XML from the first template there is of: by the domain's name, the user's, the
 * klass's, the distribution's, the driver's own. Blocks on file I/O.
 */
public final class DomainXml {
    private static final Logger log = LoggerFactory.getLogger(DomainXml.class);

    /** Says with which kind of QEMU domain a guest runs: {@code kvm} or {@code qemu}. */
    public interface Acceleration {
        /** May block for as long as a test guest needs to boot. */
        String domainType(GuestSpec spec);
    }

    private final TemplateFolders folders;
    private final Jinja jinja;
    private final Acceleration acceleration;

    private DomainXml(TemplateFolders folders, Acceleration acceleration) {
        this.folders = folders;
        this.jinja = new Jinja(folders::find);
        this.acceleration = acceleration;
    }

    /**
     * Looks for templates in these folders first, then in the bundle.
     *
     * @param folders separated by colons
     */
    public static DomainXml in(String folders, Acceleration acceleration) {
        return new DomainXml(new TemplateFolders(folders), acceleration);
    }

    /**
     * The domain XML for this guest.
     *
     * @param driver libvirt's driver: {@code xen}, {@code qemu}, {@code lxc}, {@code test} …
     * @throws QubesException if no template is there or the one that is cannot be rendered
     */
    public String render(String driver, GuestSpec spec) {
        return render(driver, spec, CoreDomain.of(spec.domain()));
    }

    String render(String driver, GuestSpec spec, DomainFacts domain) {
        KlassTemplates ofKlass = KlassTemplates.of(spec.domain());
        String name = choose(driver, spec.name(), ofKlass);
        Map<String, Object> variables = new HashMap<>();
        variables.put("vm", new GuestView(spec, domain));
        variables.put(
                "spec",
                new SpecView(spec, driver.equals("qemu") ? acceleration.domainType(spec) : driver));
        variables.put("bug", Jinja.bug());
        try {
            return jinja.render(name, variables, ofKlass::find);
        } catch (TemplateException e) {
            log.error("{}: template {} cannot be rendered: {}", spec.name(), name, e.getMessage());
            if (e.getCause() instanceof QubesException known) {
                throw known;
            }
            throw new QubesException(
                    "Start failed: the template of the domain XML is wrong: " + e.getMessage(), e);
        }
    }

    private String choose(String driver, String vm, KlassTemplates ofKlass) {
        String base = "libvirt/" + driver;
        List<String> names =
                List.of(
                        base + "/by-name/" + vm + ".xml",
                        base + "-user.xml",
                        KlassTemplates.nameOf(base + ".xml"),
                        base + "-dist.xml",
                        base + ".xml");
        for (String name : names) {
            if (ofKlass.find(name).or(() -> folders.find(name)).isPresent()) {
                return name;
            }
        }
        throw new QubesException(
                "Start failed: no template for guests of libvirt's driver "
                        + driver
                        + "; provide "
                        + base
                        + ".xml");
    }
}
