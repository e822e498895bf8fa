// CDK's own check of templates takes most of a synthesis: template-validation.test.ts runs it, once for each kind of template.
process.env.CDK_VALIDATION = 'false';
