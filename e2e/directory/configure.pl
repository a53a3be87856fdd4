#!/usr/bin/perl
# Prints the provider's configuration: its demonstration users, and its two clients.
use strict;
use warnings;
use JSON;

sub content {
  my ($path) = @_;
  open my $file, '<', $path or die "$path: $!";
  local $/;
  my $text = <$file>;
  $text =~ s/\s+\z//;
  return $text;
}

my $origin = "http://directory.localhost:$ENV{PORT}";
my $state  = '/var/lib/lemonldap-ng';

sub folder {
  my ($name) = @_;
  return { Directory => "$state/$name", LockDirectory => "$state/$name/lock" };
}

my %sessions = (
  globalStorage            => 'Apache::Session::File',
  globalStorageOptions     => folder('sessions'),
  persistentStorage        => 'Apache::Session::File',
  persistentStorageOptions => folder('psessions'),
);

my %people = (
  authentication   => 'Demo', # dwho, rtyler and msmith, whose password is their name
  userDB           => 'Same',
  passwordDB       => 'Null',
  registerDB       => 'Null',
  demoExportedVars => { cn => 'cn', mail => 'mail', uid => 'uid' },
  whatToTrace      => 'uid',
);

# Its pages do without what would need further packages.
my %pages = map { $_ => 0 } qw(
  captcha_login_enabled captcha_mail_enabled captcha_register_enabled
  portalDisplayRegister portalDisplayResetPassword
);

my %provider = (
  issuerDBOpenIDConnectActivation    => 1,
  oidcServiceMetaDataIssuer          => $origin,
  oidcServiceAllowAuthorizationCodeFlow => 1,
  oidcServicePrivateKeySig           => content("$state/private.pem"),
  oidcServicePublicKeySig            => content("$state/public.pem"),
  oidcServiceKeyIdSig                => "of-$$",
  oidcServiceKeyTypeSig              => 'RSA',
);

# What both clients are, and then each for itself. It is to Tollgate that people come to log in.
my %any = (
  oidcRPMetaDataOptionsRequirePKCE        => 1,
  oidcRPMetaDataOptionsBypassConsent      => 1,
  oidcRPMetaDataOptionsUserIDAttr         => 'uid',
  oidcRPMetaDataOptionsIDTokenSignAlg     => 'RS256',
  oidcRPMetaDataOptionsAccessTokenJWT     => 1,
  oidcRPMetaDataOptionsAccessTokenSignAlg => 'RS256',
);
my %clients = (
  tollgate => {
    %any,
    oidcRPMetaDataOptionsClientID     => 'tollgate',
    oidcRPMetaDataOptionsClientSecret => content('/run/directory/client_secret'),
    oidcRPMetaDataOptionsDisplayName  => 'Tollgate',
    oidcRPMetaDataOptionsRedirectUris =>
      "$ENV{TOLLGATE_URL}/oauth/federation/callback/directory",
  },
  # An app of somebody else's, whose access tokens are sent to services here.
  partner => {
    %any,
    oidcRPMetaDataOptionsClientID     => 'partner-app',
    oidcRPMetaDataOptionsPublic       => 1,
    oidcRPMetaDataOptionsDisplayName  => 'Partner',
    oidcRPMetaDataOptionsRedirectUris => 'http://127.0.0.1:9400/callback',
  },
);

print JSON->new->canonical->pretty->encode( {
  cfgNum => 1, cfgAuthor => 'directory', cfgDate => time, cfgLog => '', cfgVersion => '2.21',
  domain => 'directory.localhost', portal => "$origin/", securedCookie => 0,
  key => content('/run/directory/client_secret'),
  locationRules => { 'directory.localhost' => { default => 'accept' } },
  %sessions, %people, %pages, %provider,
  oidcRPMetaDataOptions      => \%clients,
  oidcRPMetaDataExportedVars => { map { $_ => { email => 'mail', name => 'cn' } } keys %clients },
  oidcRPMetaDataScopeRules   => { partner => { 'bills:read' => '1' } },
} );
