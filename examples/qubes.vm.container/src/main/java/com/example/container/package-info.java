/** Klass Container: domains that are LXC containers on a folder of the host. */
@NullMarked
package com.example.container;

import org.jspecify.annotations.NullMarked;
