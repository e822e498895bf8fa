"""CloudFormation as far as moto lacks it: resource types that are left out or lose half of their properties.

`registry` says what each type does here, `api_resource` what most types share, the other modules deploy one family of
types each, through the services' own APIs, and `engine` puts them in the place of moto's.
"""
