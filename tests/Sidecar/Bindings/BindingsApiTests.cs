using System.Net;
using System.Text.Json.Nodes;
using Dapr.Sidecar;
using Microsoft.AspNetCore.Http;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.Bindings;

public sealed class BindingsApiTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestApp _app = new();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Files_are_created_read_listed_and_deleted_below_the_root()
    {
        _folder.Component("files", "bindings.localstorage", ("rootPath", _folder.PathOf("root")));
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await InvokeAsync(sidecar, "files", """{"operation": "create", "data": "Hello World", "metadata": {"fileName": "a/b.txt"}}""")).ShouldBe("""{"fileName":"a/b.txt"}""");
        (await InvokeAsync(sidecar, "files", """{"operation": "create", "data": "AQIDBA==", "metadata": {"fileName": "binary"}}""")).ShouldContain("binary");
        var named = JsonNode.Parse(await InvokeAsync(sidecar, "files", """{"operation": "create", "data": {"x": 1}}"""))!["fileName"]!.GetValue<string>();

        (await InvokeAsync(sidecar, "files", """{"operation": "get", "metadata": {"fileName": "a/b.txt"}}""")).ShouldBe("Hello World");
        (await InvokeAsync(sidecar, "files", $$$"""{"operation": "get", "metadata": {"fileName": "{{{named}}}"}}""")).ShouldBe("""{"x":1}""");
        (await File.ReadAllBytesAsync(Path.Combine(_folder.PathOf("root"), "binary"))).ShouldBe([1, 2, 3, 4]);
        (await InvokeAsync(sidecar, "files", """{"operation": "list", "metadata": {"fileName": "a"}}""")).ShouldBe("""["a/b.txt"]""");
        (await InvokeAsync(sidecar, "files", """{"operation": "delete", "metadata": {"fileName": "a/b.txt"}}""")).ShouldBe("");
        JsonNode.Parse(await InvokeAsync(sidecar, "files", """{"operation": "list"}"""))!.AsArray().Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../outside")]
    [InlineData("link/outside")]
    [InlineData("..")]
    public async Task No_file_name_leads_out_of_the_root(string name)
    {
        var root = Directory.CreateDirectory(_folder.PathOf("root")).FullName;
        await File.WriteAllTextAsync(_folder.PathOf("outside"), "secret");
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), _folder.Root);
        _folder.Component("files", "bindings.localstorage", ("rootPath", root));
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        foreach (var operation in new[] { "get", "create", "delete" })
        {
            var error = await sidecar.ErrorAsync(
                sidecar.Http.PostAsync("/v1.0/bindings/files", TestSidecar.Json($$$"""{"operation": "{{{operation}}}", "data": "x", "metadata": {"fileName": "{{{name}}}"}}""")),
                HttpStatusCode.BadRequest, "ERR_MALFORMED_REQUEST");
            error["message"]!.GetValue<string>().ShouldContain("out of the binding's root");
        }

        (await File.ReadAllTextAsync(_folder.PathOf("outside"))).ShouldBe("secret");
    }

    [Fact]
    public async Task Http_calls_carry_path_headers_and_data_and_bring_back_body_and_status()
    {
        _app.On("/base/things", request => request.Method == "POST" ? Results.Text($"got {request.Body} {request.Headers["X-Mine"]}") : Results.StatusCode(404));
        await _app.StartAsync();
        _folder.Component("web", "bindings.http", ("url", $"http://127.0.0.1:{_app.Port}/base"));
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        using var answer = await sidecar.Http.PostAsync("/v1.0/bindings/web", TestSidecar.Json("""{"operation": "post", "data": {"a": 1}, "metadata": {"path": "/things", "X-Mine": "yes"}}"""));
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""got {"a":1} yes""");
        answer.Headers.GetValues("metadata.statusCode").Single().ShouldBe("200");
        var error = await sidecar.ErrorAsync(sidecar.Http.PostAsync("/v1.0/bindings/web", TestSidecar.Json("""{"operation": "get", "metadata": {"path": "/things"}}""")), HttpStatusCode.InternalServerError, "ERR_INVOKE_OUTPUT_BINDING");
        error["message"]!.GetValue<string>().ShouldBe("error invoking output binding web: received status code 404");
    }

    [Fact]
    public async Task A_binding_that_is_not_there_an_operation_it_does_not_have_and_a_direction_it_was_not_given_are_refused()
    {
        _folder.Component("files", "bindings.localstorage", ("rootPath", _folder.PathOf("root")), ("direction", "output")).Component("clock", "bindings.cron", ("schedule", "@daily"));
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        (await sidecar.ErrorAsync(sidecar.Http.PutAsync("/v1.0/bindings/none", TestSidecar.Json("{}")), HttpStatusCode.InternalServerError, "ERR_INVOKE_OUTPUT_BINDING"))["message"]!.GetValue<string>().ShouldContain("couldn't find output binding none");
        (await sidecar.ErrorAsync(sidecar.Http.PutAsync("/v1.0/bindings/clock", TestSidecar.Json("{}")), HttpStatusCode.InternalServerError, "ERR_INVOKE_OUTPUT_BINDING"))["message"]!.GetValue<string>().ShouldContain("couldn't find");
        (await sidecar.ErrorAsync(sidecar.Http.PostAsync("/v1.0/bindings/files", TestSidecar.Json("""{"operation": "append"}""")), HttpStatusCode.InternalServerError, "ERR_INVOKE_OUTPUT_BINDING"))["message"]!.GetValue<string>().ShouldContain("create get delete list");

        _folder.Component("files", "bindings.localstorage", ("rootPath", _folder.PathOf("root")), ("direction", "input"));
        (await Should.ThrowAsync<ComponentException>(async () => await TestSidecar.StartAsync(_folder))).Message.ShouldContain("direction");
    }

    [Fact]
    public async Task A_cron_binding_calls_the_app_s_route_while_the_app_has_it()
    {
        _app.On("/custom/tick", _ => Results.Ok());
        await _app.StartAsync();
        _folder.Component("tick", "bindings.cron", ("schedule", "@every 100ms"), ("direction", "input"), ("route", "/custom/tick"))
            .Component("unwanted", "bindings.cron", ("schedule", "@every 100ms"));
        await using var sidecar = await TestSidecar.StartAsync(_folder, [_app.As("app")]);

        var calls = await _app.WaitAsync(3, "/custom/tick");
        calls[0].Headers["readTimeUTC"].ShouldNotBeEmpty();
        await _app.StopAsync();
        var before = _app.Requests.Count;
        await _app.StartAsync();
        await _app.WaitAsync(before + 1, "/custom/tick");
        _app.Requests.ShouldAllBe(request => request.Path == "/custom/tick");
    }

    [Fact]
    public async Task The_sidecar_s_metadata_names_the_components_that_an_app_sees()
    {
        _folder.Component("store", "state.in-memory").Component("bus", "pubsub.sqlite");
        await using var sidecar = await TestSidecar.StartAsync(_folder);

        var components = JsonNode.Parse(await sidecar.Http.GetStringAsync("/v1.0/metadata"))!["components"]!.AsArray();
        components.Select(component => $"{component!["name"]} {component["type"]} {component["version"]}").ShouldBe(["bus pubsub.sqlite v1", "store state.in-memory v1"]);
        components[1]!["capabilities"]!.AsArray().Select(capability => capability!.GetValue<string>()).ShouldContain("TRANSACTIONAL");
    }

    private static async Task<string> InvokeAsync(TestSidecar sidecar, string name, string json)
    {
        using var answer = await sidecar.Http.PostAsync($"/v1.0/bindings/{name}", TestSidecar.Json(json));
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsStringAsync();
    }
}
