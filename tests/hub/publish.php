<?php
// Publishes by Symfony's own client what it reads, one update a line of JSON; prints the ids that the hub gives.
require_once 'Symfony/Component/HttpClient/autoload.php';
require_once 'Symfony/Component/Mercure/autoload.php';

use Symfony\Component\HttpClient\HttpClient;
use Symfony\Component\Mercure\Hub;
use Symfony\Component\Mercure\Jwt\StaticTokenProvider;
use Symfony\Component\Mercure\Update;

[, $token] = $argv;
$client = HttpClient::create();
while (($line = fgets(STDIN)) !== false) {
    $given = json_decode($line, true);
    $hub = new Hub($given['hub'], new StaticTokenProvider($token), null, null, $client);
    $update = new Update(
        $given['topics'],
        $given['data'],
        $given['private'] ?? false,
        $given['id'] ?? null,
        $given['type'] ?? null,
        $given['retry'] ?? null
    );
    echo json_encode($hub->publish($update)), "\n";
}
