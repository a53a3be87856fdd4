use strict;
use warnings;
use Lemonldap::NG::Portal::Main;
use Plack::Builder;

my $portal = Lemonldap::NG::Portal::Main->run( {} );
my $static = '/usr/share/lemonldap-ng/portal/htdocs/static';

builder {
  enable 'Static', path => sub { s{^/static/}{/} }, root => $static;
  $portal;
};
