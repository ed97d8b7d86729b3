using System.Net;
using Dapr.Sidecar;

namespace Serverless.Sidecar.Tests.Components;

public sealed class ComponentFileTests : IDisposable
{
    private const string Head = "apiVersion: dapr.io/v1alpha1\nkind: Component\n";
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Componet\n", "kind", "did you mean Component?")]
    [InlineData("apiVersion: dapr.io/v9\nkind: Component\n", "apiVersion", "allowed for Component: dapr.io/v1alpha1")]
    [InlineData(Head + "metadata: {}\nspec: {type: state.in-memory, version: v1}\n", "metadata.name", "is missing")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memry, version: v1}\n", "spec.type", "did you mean state.in-memory?")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.redis, version: v1}\n", "spec.type", "it has: ")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, verson: v1}\n", "spec.verson", "did you mean version?")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v2}\n", "spec.version", "allowed: v1")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, initTimeout: soon}\n", "spec.initTimeout", "1m30s")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: {a: b}}\n", "spec.metadata", "must be a list")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: [{name: keyprefx, value: none}]}\n", "spec.metadata[0]", "did you mean keyPrefix?")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: [{name: keyPrefix, value: a, envRef: B}]}\n", "spec.metadata[0]", "value and envRef")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: [{name: keyPrefix, envRef: NO_SUCH_VARIABLE_HERE}]}\n", "spec.metadata[0].envRef", "NO_SUCH_VARIABLE_HERE")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: [{name: keyPrefix, secretKeyRef: {name: x}}]}\n", "auth.secretStore", "is missing")]
    [InlineData(Head + "metadata: {name: s}\nspec: {type: state.sqlite, version: v1, metadata: [{name: cleanupInterval, value: often}]}\n", "spec.metadata[0]", "often")]
    [InlineData("a: [1, 2\n", "document 1", "no valid YAML")]
    public async Task A_wrong_file_is_refused_with_file_document_field_and_what_is_allowed(string document, string place, string hint)
    {
        _folder.Yaml("wrong.yaml", document);

        var error = await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder));

        error.Message.ShouldContain(Path.Combine(_folder.Components, "wrong.yaml"));
        error.Message.ShouldContain("document ");
        error.Message.ShouldContain(place);
        error.Message.ShouldContain(hint);
    }

    [Fact]
    public async Task Documents_of_one_file_are_all_read_and_scopes_hide_components_from_other_apps()
    {
        _folder.Yaml("all.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: shared}
            spec: {type: state.in-memory, version: v1}
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: private}
            spec: {type: state.in-memory, version: v1}
            scopes: [one]
            """);
        await using var sidecar = await TestSidecar.StartAsync(_folder, [new() { AppId = "one" }, new() { AppId = "two" }]);

        (await sidecar["one"].GetAsync("/v1.0/state/private/key")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar["two"].GetAsync("/v1.0/state/shared/key")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await sidecar.ErrorAsync(sidecar["two"].GetAsync("/v1.0/state/private/key"), HttpStatusCode.BadRequest, "ERR_STATE_STORE_NOT_FOUND");
    }

    [Fact]
    public async Task Two_components_of_one_name_are_refused_unless_different_apps_see_them()
    {
        string Scoped(string app) => Head + $"metadata: {{name: same}}\nspec: {{type: state.in-memory, version: v1}}\nscopes: [{app}]\n";
        _folder.Yaml("a.yaml", Scoped("one")).Yaml("b.yaml", Scoped("two"));
        await using (await TestSidecar.StartAsync(_folder, [new() { AppId = "one" }, new() { AppId = "two" }]))
        {
        }

        _folder.Yaml("b.yaml", Scoped("one"));
        var error = await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder, [new() { AppId = "one" }]));
        error.Message.ShouldContain("b.yaml");
        error.Message.ShouldContain("a.yaml");
    }

    [Fact]
    public async Task A_component_that_does_not_start_is_left_out_only_where_its_ignoreErrors_says_so()
    {
        _folder.Component("files", "secretstores.local.file", ("secretsFile", _folder.PathOf("none.json")));
        var error = await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder));
        error.Message.ShouldContain("none.json");

        _folder.Yaml("files.yaml", Head + $"metadata: {{name: files}}\nspec: {{type: secretstores.local.file, version: v1, ignoreErrors: true, metadata: [{{name: secretsFile, value: {_folder.PathOf("none.json")}}}]}}\n");
        await using var sidecar = await TestSidecar.StartAsync(_folder);
        await sidecar.ErrorAsync(sidecar.Http.GetAsync("/v1.0/secrets/files/x"), HttpStatusCode.InternalServerError, "ERR_SECRET_STORES_NOT_CONFIGURED");
    }

    [Fact]
    public async Task A_component_takes_values_from_a_secret_store_that_comes_later_in_the_folder()
    {
        File.WriteAllText(_folder.PathOf("secrets.json"), """{"prefix": {"value": "none"}}""");
        _folder.Yaml("a.yaml", Head + "metadata: {name: s}\nspec: {type: state.in-memory, version: v1, metadata: [{name: keyPrefix, secretKeyRef: {name: 'prefix:value'}}]}\nauth: {secretStore: zz}\n")
            .Component("zz", "secretstores.local.file", ("secretsFile", _folder.PathOf("secrets.json")));
        await using var sidecar = await TestSidecar.StartAsync(_folder, [new() { AppId = "one" }, new() { AppId = "two" }]);

        // The prefix "none" shows in that two apps share keys.
        (await sidecar["one"].PostAsync("/v1.0/state/s", TestSidecar.Json("""[{"key": "k", "value": 1}]"""))).EnsureSuccessStatusCode();
        (await sidecar["two"].GetStringAsync("/v1.0/state/s/k")).ShouldBe("1");
    }

    [Fact]
    public async Task A_denied_component_type_and_a_second_or_unenforceable_configuration_are_refused()
    {
        _folder.Component("s", "state.in-memory");
        _folder.Yaml("configuration.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: c}\nspec: {tracing: {samplingRate: '1'}, components: {deny: [state.in-memory]}}\n");
        (await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder))).Message.ShouldContain("components.deny");

        _folder.Yaml("configuration.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: c}\nspec: {accessControl: {defaultAction: deny}}\n");
        (await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder))).Message.ShouldContain("spec.accessControl");

        _folder.Yaml("configuration.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: c}\n---\napiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: d}\n");
        (await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder))).Message.ShouldContain("a second Configuration");
    }
}
