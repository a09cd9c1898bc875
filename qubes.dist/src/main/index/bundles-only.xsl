<?xml version="1.0" encoding="UTF-8"?>
<!--
  The index without what bnd adds for multi-release jars: a resource for each version of Java, with no content, of which the jar
  requires one. bnd's resolver knows that only one of them can fit; others take the first, and find that it excludes this Java.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:r="http://www.osgi.org/xmlns/repository/v1.0.0">
  <xsl:output encoding="UTF-8" indent="yes"/>
  <xsl:strip-space elements="*"/>

  <xsl:template match="@* | node()">
    <xsl:copy>
      <xsl:apply-templates select="@* | node()"/>
    </xsl:copy>
  </xsl:template>

  <xsl:template match="r:resource[r:capability[@namespace = 'osgi.identity']/r:attribute[@name = 'type' and @value = 'bnd.synthetic']]"/>
  <xsl:template match="r:requirement[@namespace = 'bnd.multirelease']"/>
</xsl:stylesheet>
