package qubes.core.event;

import qubes.core.property.PropertyHolder;

/**
 * A domain without template said for the first time that it has a qrexec agent: what was put on its
 * disk is complete now.
 */
public record TemplatePostinstall(PropertyHolder subject) implements Event {
    @Override
    public String wireName() {
        return "template-postinstall";
    }
}
