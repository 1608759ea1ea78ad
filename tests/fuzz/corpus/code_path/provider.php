(__DIR__.'/../database/migrations', [$a => dirname(__DIR__, 2) . "/x/{$y}/z"]);
$a = base_path('modules/*/x') ?: $a;
