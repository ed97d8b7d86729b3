using System.Net;
using System.Text.Json.Nodes;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.Secrets;

public sealed class SecretsApiTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public SecretsApiTests() =>
        File.WriteAllText(_folder.PathOf("secrets.json"), """{"password": "p", "database": {"user": "u", "ports": [1, 2]}, "deep": {"a": {"b": true}}}""");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nested_secrets_of_a_file_have_names_joined_by_the_separator()
    {
        File_("nestedSeparator", "/");
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await JsonAsync(sidecar, "password")).ShouldBe("""{"password":"p"}""");
        (await JsonAsync(sidecar, "database/user")).ShouldBe("""{"database/user":"u"}""");
        (await JsonAsync(sidecar, "bulk")).ShouldBe(
            """{"password":{"password":"p"},"database/user":{"database/user":"u"},"database/ports/0":{"database/ports/0":"1"},"database/ports/1":{"database/ports/1":"2"},"deep/a/b":{"deep/a/b":"true"}}""");
        var error = await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/files/database"), HttpStatusCode.InternalServerError, "ERR_SECRET_GET");
        error["message"]!.GetValue<string>().ShouldBe("failed getting secret with key database from secret store files: secret database not found");
    }

    [Fact]
    public async Task Multi_valued_secrets_keep_their_first_level()
    {
        File_("multiValued", "true");
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await JsonAsync(sidecar, "password")).ShouldBe("""{"password":"p"}""");
        (await JsonAsync(sidecar, "database")).ShouldBe("""{"user":"u","ports:0":"1","ports:1":"2"}""");
        (await JsonAsync(sidecar, "deep")).ShouldBe("""{"a:b":"true"}""");
    }

    [Fact]
    public async Task Secret_scopes_of_the_configuration_hide_secrets_from_both_calls()
    {
        File_("multiValued", "true");
        _folder.Yaml("configuration.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: config}
            spec:
              secrets:
                scopes: [{storeName: files, defaultAccess: allow, deniedSecrets: [deep]}, {storeName: env, defaultAccess: deny, allowedSecrets: [HOME]}]
            """).Component("env", "secretstores.local.env");
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await JsonAsync(sidecar, "password")).ShouldBe("""{"password":"p"}""");
        await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/files/deep"), HttpStatusCode.Forbidden, "ERR_PERMISSION_DENIED");
        JsonNode.Parse(await JsonAsync(sidecar, "bulk"))!.AsObject().Select(secret => secret.Key).ShouldBe(["password", "database"]);
        await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/env/PATH"), HttpStatusCode.Forbidden, "ERR_PERMISSION_DENIED");
        JsonNode.Parse(await sidecar.Http.GetStringAsync("/v1.0/secrets/env/HOME"))!["HOME"]!.GetValue<string>().ShouldBe(Environment.GetEnvironmentVariable("HOME"));
    }

    [Fact]
    public async Task The_environment_gives_its_variables_but_not_the_sidecar_s_own()
    {
        _folder.Component("env", "secretstores.local.env");
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await sidecar.Http.GetStringAsync("/v1.0/secrets/env/PATH")).ShouldContain("PATH");
        JsonNode.Parse(await sidecar.Http.GetStringAsync("/v1.0/secrets/env/bulk"))!["PATH"]!["PATH"]!.GetValue<string>().ShouldNotBeEmpty();
        await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/env/APP_API_TOKEN"), HttpStatusCode.InternalServerError, "ERR_SECRET_GET");
        await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/other/PATH"), HttpStatusCode.Unauthorized, "ERR_SECRET_STORE_NOT_FOUND");
    }

    private static Task<string> JsonAsync(TestSidecar sidecar, string name) => sidecar.Http.GetStringAsync($"/v1.0/secrets/files/{name}");

    private void File_(string property, string value) =>
        _folder.Component("files", "secretstores.local.file", ("secretsFile", _folder.PathOf("secrets.json")), (property, value));
}
